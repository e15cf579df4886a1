/// The supervision state machine as a pure function. [io.jpm.supervise.Supervision] takes a
/// [io.jpm.supervise.InstanceState] state, an [io.jpm.supervise.SupervisionEvent] and the current
/// time, and returns the next state with the [io.jpm.supervise.SupervisionEffect]s that the caller
/// must perform.
///
/// Start reading at `Supervision.step`, which names the other types. The package uses no clock, no
/// process and no Vert.x, so that tests can reach every state. It depends on `model` only, and
/// `god` is its only caller.
@NullMarked
package io.jpm.supervise;

import org.jspecify.annotations.NullMarked;
