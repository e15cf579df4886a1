/// Satan: health. It looks at processes and reports; it never acts on them. Start with
/// [io.jpm.satan.SatanVerticle]; `Sampler` looks, `SamplingSchedule` says how often, `MemoryLimits`
/// decides who has too much; `health` asks processes how they are; `HeartbeatVerticle` looks after
/// the daemon itself. The room knows `model`, `os`, `wire` and `bus`.
@NullMarked
package io.jpm.satan;

import org.jspecify.annotations.NullMarked;
