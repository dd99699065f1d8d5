export {
  Activation,
  type BecomeArgs,
  BecomeMethod,
  type ClientArgs,
  type HostArgs,
  OnDestroy,
  OnUnreachable,
  type PathsArgs,
  Placement,
  Precedence,
  type ProxyArgs,
  type PuttyArgs,
  type ServerArgs,
  type SshKeepaliveArgs,
  type UserClientArgs,
} from "./settings";
export { type EffectiveRole, SshKeepalive } from "./sshKeepalive";
export { type InventoryArgs, readInventory } from "./target";
