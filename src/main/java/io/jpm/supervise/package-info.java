/// The supervision state machine as a pure function. The arguments of
/// [io.jpm.supervise.Supervision] are an [io.jpm.supervise.InstanceState], an
/// [io.jpm.supervise.SupervisionEvent] and the current time. The result is the next state and the
/// [io.jpm.supervise.SupervisionEffect]s that the caller must perform.
///
/// Start reading at `Supervision.step`, which refers to the other types. The package does not use a
/// clock, processes or Vert.x, so tests can reach every state. It depends only on `model`, and
/// `god` is its only caller.
@NullMarked
package io.jpm.supervise;

import org.jspecify.annotations.NullMarked;
