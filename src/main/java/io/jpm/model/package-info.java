/// The words of the domain as records: what an app is ([io.jpm.model.AppSpec]), what runs it
/// ([io.jpm.model.run.InstanceId], [io.jpm.model.run.Phase]) and how a process ended
/// ([io.jpm.model.run.Exit]).
///
/// Start with `AppSpec`. Everything here is immutable and validated when made. The room knows
/// nothing but the JDK, so that every other room may know it.
@NullMarked
package io.jpm.model;

import org.jspecify.annotations.NullMarked;
