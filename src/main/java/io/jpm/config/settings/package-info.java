/// The settings of the daemon: `jpm.json`.
@NullMarked
package io.jpm.config.settings;

import org.jspecify.annotations.NullMarked;
