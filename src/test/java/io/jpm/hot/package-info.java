/// When an edit of a watched process file counts.
@NullMarked
package io.jpm.hot;

import org.jspecify.annotations.NullMarked;
