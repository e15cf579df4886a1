/// The `deploy` section of a process file, the masking of secrets, and the interface for evaluating
/// process files that are scripts.
@NullMarked
package io.jpm.config.deploy;

import org.jspecify.annotations.NullMarked;
