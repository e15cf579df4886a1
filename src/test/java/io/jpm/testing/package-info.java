/// Helpers that the tests of several packages share.
@NullMarked
package io.jpm.testing;

import org.jspecify.annotations.NullMarked;
