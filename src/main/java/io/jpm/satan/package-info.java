/// Satan: health. It looks at processes and reports; it never acts on them. Start with
/// [io.jpm.satan.SatanVerticle]; `MemoryWatch` looks after limits, `MemoryLimits` decides; `health`
/// asks processes how they are. The room knows `model`, `os` and `bus`.
@NullMarked
package io.jpm.satan;

import org.jspecify.annotations.NullMarked;
