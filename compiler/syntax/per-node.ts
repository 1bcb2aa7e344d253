/** What is found out about a node of the tree, once for each: nodes never change. */
export function perNode<Node extends object, T>(find: (node: Node) => T): (node: Node) => T {
  const found = new WeakMap<Node, { readonly value: T }>();
  return (node) => {
    const known = found.get(node);
    if (known !== undefined) return known.value;
    const value = find(node);
    found.set(node, { value });
    return value;
  };
}
