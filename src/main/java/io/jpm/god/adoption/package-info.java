/// What a new daemon does about the processes that a former one has left.
@NullMarked
package io.jpm.god.adoption;

import org.jspecify.annotations.NullMarked;
