/// The domain model as records: the settings of an app ([io.jpm.model.AppSpec]), its instances
/// ([io.jpm.model.process.InstanceId], [io.jpm.model.process.Phase]) and the exit of a process
/// ([io.jpm.model.process.Exit]).
///
/// Start with `AppSpec`. All objects are immutable and validated at construction. This package
/// depends only on the JDK, so that every other package can use it.
@NullMarked
package io.jpm.model;

import org.jspecify.annotations.NullMarked;
