/// God: the supervisor. [io.jpm.god.GodVerticle] owns every instance, runs `supervise` on what
/// happens and carries out its effects through `os`. Only God signals a process.
///
/// Start with `GodVerticle`, then [io.jpm.god.Supervisor] (one step of one instance and what
/// follows from it), [io.jpm.god.Processes] (what is behind the instances), [io.jpm.god.Sequence]
/// (the order of several), [io.jpm.god.Journal] (what a next daemon needs to know) and
/// [io.jpm.god.Adoption] (what it does with it). [io.jpm.god.SavedList] is what people ask to have
/// remembered; both are kept in a [io.jpm.god.DurableFile]. The room knows `model`, `supervise`,
/// `os`, `wire`, `bus` and `triggers`.
@NullMarked
package io.jpm.god;

import org.jspecify.annotations.NullMarked;
