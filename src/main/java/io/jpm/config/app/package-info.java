/// Reads the attributes of one app into its `AppSpec`.
@NullMarked
package io.jpm.config.app;

import org.jspecify.annotations.NullMarked;
