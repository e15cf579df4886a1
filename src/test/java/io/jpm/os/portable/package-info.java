/// The portable host against the contract.
@NullMarked
package io.jpm.os.portable;

import org.jspecify.annotations.NullMarked;
