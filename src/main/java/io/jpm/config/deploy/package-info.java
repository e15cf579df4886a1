/// The `deploy` section of a process file, secrets, and who evaluates process files that are
/// programs.
@NullMarked
package io.jpm.config.deploy;

import org.jspecify.annotations.NullMarked;
