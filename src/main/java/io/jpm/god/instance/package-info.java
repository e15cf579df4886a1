/// What God knows of each instance and app, how the processes of an instance are marked, and which
/// instances words mean.
@NullMarked
package io.jpm.god.instance;

import org.jspecify.annotations.NullMarked;
