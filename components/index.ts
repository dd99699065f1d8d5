export {
  type BecomeArgs,
  BecomeMethod,
  type ClientArgs,
  type HostArgs,
  OnUnreachable,
  type PathsArgs,
  type ServerArgs,
  type SshKeepaliveArgs,
} from "./settings";
export { type EffectiveRole, SshKeepalive } from "./sshKeepalive";
