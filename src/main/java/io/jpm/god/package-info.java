/// God, the supervisor. [io.jpm.god.GodVerticle] owns every instance, passes events to the state
/// machines in `supervise`, and performs the resulting effects through `os`. Only God sends signals
/// to processes.
///
/// Start with `GodVerticle`, then read:
///
/// - [io.jpm.god.supervision.Supervisor]: performs the state transitions of an instance and their
///   effects
/// - [io.jpm.god.process.Processes]: creates, adopts and stops the processes of the instances
/// - [io.jpm.god.supervision.DependencySequence]: starts and stops several instances in the order
///   of their dependencies
/// - [io.jpm.god.journal.Journal]: the state that the next daemon needs
/// - [io.jpm.god.adoption.Adoption]: takes over processes that an earlier daemon left running
/// - [io.jpm.god.journal.SavedList]: the list that `jpm save` writes
///
/// The journal and the saved list are both kept in a [io.jpm.god.journal.DurableFile]. The package
/// depends on `model`, `supervise`, `os`, `wire`, `bus` and `triggers`.
@NullMarked
package io.jpm.god;

import org.jspecify.annotations.NullMarked;
