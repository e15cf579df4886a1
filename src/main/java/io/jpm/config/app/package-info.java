/// The rules by which the attributes of one app become its `AppSpec`.
@NullMarked
package io.jpm.config.app;

import org.jspecify.annotations.NullMarked;
