package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Namespace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a value can be assigned to. */
sealed interface Target {
    void assign(Frame frame, Object value);

    /** A variable. */
    record Variable(String name) implements Target {
        @Override
        public void assign(Frame frame, Object value) {
            frame.store(name, value);
        }
    }

    /** {@code namespace.name}. */
    record Member(String namespace, String name) implements Target {
        @Override
        public void assign(Frame frame, Object value) {
            @Nullable Object object = frame.find(namespace);
            if (!(object instanceof Namespace space)) {
                throw new Refusal(
                        "cannot assign to '" + namespace + "." + name + "': '" + namespace + "' is not a namespace");
            }
            space.set(name, value);
        }
    }

    /** {@code a, b}. */
    record Several(List<Target> targets) implements Target {
        @Override
        public void assign(Frame frame, Object value) {
            if (value instanceof Values.Undefined undefined) {
                throw undefined.used();
            }
            List<Object> items = Iterating.list(frame.budget(), value);
            if (items.size() != targets.size()) {
                throw new Refusal("cannot unpack " + items.size() + " values into " + targets.size() + " names");
            }
            for (int i = 0; i < items.size(); i++) {
                targets.get(i).assign(frame, items.get(i));
            }
        }
    }
}
