export {
  type BecomeArgs,
  BecomeMethod,
  type ClientArgs,
  type HostArgs,
  OnDestroy,
  OnUnreachable,
  type PathsArgs,
  type ProxyArgs,
  type ServerArgs,
  type SshKeepaliveArgs,
} from "./settings";
export { type EffectiveRole, SshKeepalive } from "./sshKeepalive";
export { type InventoryArgs, readInventory } from "./target";
