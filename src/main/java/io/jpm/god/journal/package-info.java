/// The journal, the saved list and their JSON formats, in files that survive a crash at any point.
@NullMarked
package io.jpm.god.journal;

import org.jspecify.annotations.NullMarked;
