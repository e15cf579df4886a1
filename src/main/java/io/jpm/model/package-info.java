/// The domain model as records: the settings of an app ([io.jpm.model.AppSpec]), its instances
/// ([io.jpm.model.run.InstanceId], [io.jpm.model.run.Phase]) and the end of a process
/// ([io.jpm.model.run.Exit]).
///
/// Start with `AppSpec`. All objects are immutable and validated at construction. This package
/// depends only on the JDK, so that every other package can use it.
@NullMarked
package io.jpm.model;

import org.jspecify.annotations.NullMarked;
