/// What the tests of several rooms share.
@NullMarked
package io.jpm.testing;

import org.jspecify.annotations.NullMarked;
