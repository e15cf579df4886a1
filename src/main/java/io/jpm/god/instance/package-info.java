/// The state that God holds for each instance and app, the process tags of instances, and the
/// resolution of targets to instances.
@NullMarked
package io.jpm.god.instance;

import org.jspecify.annotations.NullMarked;
