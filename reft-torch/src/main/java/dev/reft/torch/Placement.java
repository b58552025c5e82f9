package dev.reft.torch;

import dev.reft.model.Precision;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where a model's tensors live, and the number format of its weights and activations.
 *
 * @param device {@code cpu} or {@code cuda:0}
 * @param precision of weights and activations
 */
record Placement(String device, Precision precision) {
    /** The type of weights and activations. */
    ScalarType type() {
        return precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
    }

    boolean cuda() {
        return device.startsWith("cuda");
    }

    boolean half() {
        return precision == Precision.BF16;
    }

    Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, options(type), null);
    }

    Tensor zeros(ScalarType type, long... shape) {
        return torch.zeros(shape, options(type));
    }

    /** The tensor on this device; itself if it is there. */
    Tensor here(Tensor tensor) {
        return cuda() ? tensor.to(new Device(device), Ops.type(tensor)) : tensor;
    }

    /** The tensor on this device in a type; itself if nothing is to be done. */
    Tensor here(Tensor tensor, ScalarType type) {
        return cuda() ? tensor.to(new Device(device), type) : tensor.to(type);
    }

    private TensorOptions options(ScalarType type) {
        return new TensorOptions(type).device(new DeviceOptional(new Device(device)));
    }
}
