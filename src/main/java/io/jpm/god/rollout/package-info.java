/// Reload: replaces the processes of an app one after the other, without downtime if the app
/// supports that.
@NullMarked
package io.jpm.god.rollout;

import org.jspecify.annotations.NullMarked;
