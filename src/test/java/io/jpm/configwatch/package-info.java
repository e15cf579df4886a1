/// Tests of the detection of edits of watched process files.
@NullMarked
package io.jpm.configwatch;

import org.jspecify.annotations.NullMarked;
