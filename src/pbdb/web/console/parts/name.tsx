/** A name as somebody wrote it, in its own direction, whatever stands around it. */
export function Name({ children }: { children: string }) {
  return <bdi>{children}</bdi>;
}
