/// Implements reloads: the processes of an app are replaced one after the other, without downtime
/// if the app supports that.
@NullMarked
package io.jpm.god.rollout;

import org.jspecify.annotations.NullMarked;
