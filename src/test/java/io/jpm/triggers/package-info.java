/// Tests of the triggers; those of file watches change real files.
@NullMarked
package io.jpm.triggers;

import org.jspecify.annotations.NullMarked;
