/// What Satan is asked, answers and reports, and who wants to know what apps use.
@NullMarked
package io.jpm.bus.satan;

import org.jspecify.annotations.NullMarked;
