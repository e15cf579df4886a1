/// God: the supervisor. [io.jpm.god.GodVerticle] owns every instance, runs `supervise` on what
/// happens and carries out its effects through `os`. Only God signals a process.
///
/// Start with `GodVerticle`, then [io.jpm.god.supervision.Supervisor] (one step of one instance and
/// what follows from it), [io.jpm.god.process.Processes] (what is behind the instances),
/// [io.jpm.god.supervision.DependencySequence] (the order of several), [io.jpm.god.journal.Journal]
/// (what a next daemon needs to know) and [io.jpm.god.adoption.Adoption] (what it does with it).
/// [io.jpm.god.journal.SavedList] is what people ask to have remembered; both are kept in a
/// [io.jpm.god.journal.DurableFile]. The room knows `model`, `supervise`, `os`, `wire`, `bus` and
/// `triggers`.
@NullMarked
package io.jpm.god;

import org.jspecify.annotations.NullMarked;
