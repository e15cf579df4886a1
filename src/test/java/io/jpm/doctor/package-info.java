/// Tests of what the doctor finds.
@NullMarked
package io.jpm.doctor;

import org.jspecify.annotations.NullMarked;
