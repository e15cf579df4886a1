/// Who asks, and what the one may do.
@NullMarked
package io.jpm.model.access;

import org.jspecify.annotations.NullMarked;
