/** Python's words, and what the written files use themselves: no variable may be called so. */
const taken: ReadonlySet<string> = new Set([
  ..."False None True and as assert async await break class continue def del elif else except finally for from global if import in is".split(
    " ",
  ),
  ..."lambda nonlocal not or pass raise return try while with yield self torch nn F functional float int bool tuple list dict range".split(
    " ",
  ),
  ..."dropout uniform scatter_rows pack_rows batch_norm batch_norm_fixed lstm gru reverse_gradient constant ranks batch time".split(
    " ",
  ),
]);

/** Attributes that every module has: no layer or weight may be called so. */
export const moduleAttributes: ReadonlySet<string> = new Set(
  "add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad".split(
    " ",
  ),
);

/** Names of one scope: each given once. */
export class Names {
  readonly #given = new Set<string>();

  /** The wanted name, or with a number behind it. */
  fresh(wanted: string): string {
    const base = identifier(wanted);
    let name = base;
    for (let i = 2; this.#given.has(name) || taken.has(name); i += 1)
      name = `${base}${/\d$/.test(base) ? "_" : ""}${i}`;
    this.#given.add(name);
    return name;
  }
}

/** A text as a Python name. */
export function identifier(text: string): string {
  const name = text.replace(/\W+/g, "_").replace(/^_+|_+$/g, "");
  return /^[a-z_]/i.test(name) ? name : `x${name}`;
}

/** A layer's name as that of a class: `temporal_convergence` is TemporalConvergence, a list's `blocks` is Block. */
export function className(segment: string, inList: boolean): string {
  const one = inList ? segment.replace(/ies$/, "y").replace(/(?<=[^s])s$/, "") : segment;
  const name = one
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return /^[A-Z]/.test(name) ? name : `Layer${name}`;
}
