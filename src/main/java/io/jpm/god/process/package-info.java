/// The processes behind the instances: how one is started, watched, measured and what it says.
@NullMarked
package io.jpm.god.process;

import org.jspecify.annotations.NullMarked;
