/// Replaces the processes of an app one after the other, without a gap where the app can have that.
@NullMarked
package io.jpm.god.reload;

import org.jspecify.annotations.NullMarked;
