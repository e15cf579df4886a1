/// The brain: what happens next to an instance, as a pure function. [io.jpm.supervise.Supervision]
/// takes a [io.jpm.supervise.Supervised] state, an [io.jpm.supervise.Event] and the present time
/// and gives the next state with the [io.jpm.supervise.Effect]s that somebody else carries out.
///
/// Start with `Supervision.step`, which names the others. There is no clock, no process and no
/// Vert.x here, so that a test can walk every state. The room knows `model` only; `god` is its one
/// caller.
@NullMarked
package io.jpm.supervise;

import org.jspecify.annotations.NullMarked;
