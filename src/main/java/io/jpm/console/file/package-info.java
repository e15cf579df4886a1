/// Commands that read or write process files: apply, validate, init, deploy.
@NullMarked
package io.jpm.console.file;

import org.jspecify.annotations.NullMarked;
