/// Tests of what is told to whom.
@NullMarked
package io.jpm.hooks;

import org.jspecify.annotations.NullMarked;
