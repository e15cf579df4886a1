/// Satan: health. It looks at processes and reports; it never acts on them. Start with
/// [io.jpm.satan.SatanVerticle]; `MemoryWatch` looks after limits, `MemoryLimits` decides. The room
/// knows `model`, `os` and `bus`.
@NullMarked
package io.jpm.satan;

import org.jspecify.annotations.NullMarked;
