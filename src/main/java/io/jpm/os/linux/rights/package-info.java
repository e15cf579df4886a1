/// With whose rights and within which limits things are done: users and groups, threads that have
/// another user's rights, and limits on resources.
@NullMarked
package io.jpm.os.linux.rights;

import org.jspecify.annotations.NullMarked;
