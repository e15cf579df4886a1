/// Tests of the findings of `jpm doctor`.
@NullMarked
package io.jpm.doctor;

import org.jspecify.annotations.NullMarked;
