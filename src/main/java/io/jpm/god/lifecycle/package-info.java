/// Addition and removal of apps, as used by all commands that change the list.
@NullMarked
package io.jpm.god.lifecycle;

import org.jspecify.annotations.NullMarked;
