/// God, the supervisor. [io.jpm.god.GodVerticle] owns every instance, passes events to the state
/// machine in `supervise`, and performs the resulting effects through `os`. Only God sends signals
/// to processes.
///
/// Start with `GodVerticle`, then read:
///
/// - [io.jpm.god.supervision.Supervisor]: one step of one instance and its effects
/// - [io.jpm.god.process.Processes]: the processes of the instances
/// - [io.jpm.god.supervision.DependencySequence]: the order of several instances
/// - [io.jpm.god.journal.Journal]: the state that the next daemon needs
/// - [io.jpm.god.adoption.Adoption]: how the next daemon uses that state
/// - [io.jpm.god.journal.SavedList]: the list that users save
///
/// The journal and the saved list are both kept in a [io.jpm.god.journal.DurableFile]. The package
/// depends on `model`, `supervise`, `os`, `wire`, `bus` and `triggers`.
@NullMarked
package io.jpm.god;

import org.jspecify.annotations.NullMarked;
