/// Credentials and limits of processes: users and groups, threads with the credentials of another
/// user, and resource limits.
@NullMarked
package io.jpm.os.linux.credentials;

import org.jspecify.annotations.NullMarked;
