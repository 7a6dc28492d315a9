# Here is my code, the rest is only loading the data:

def build(input_shape, n_classes):
    img = Input(shape=input_shape)
    x = Conv2D(32, (5, 5), padding='same')(img)
    x = BatchNormalization()(x)
    x = Activation('relu')(x)
    x = MaxPooling2D((2, 2))(x)
    x = Dropout(0.25)(x)
    x = Flatten()(x)
    x = Dense(512, activation='relu', kernel_regularizer=regularizers.l2(0.01))(x)
    x = Dropout(0.5)(x)
    out = Dense(n_classes, activation='softmax')(x)
    return Model(inputs=img, outputs=out)

model = build((48, 48, 3), 43)
opt = keras.optimizers.Adam(lr=0.001)
model.compile(loss='categorical_crossentropy', optimizer=opt, metrics=['accuracy'])
history = model.fit_generator(train_gen, steps_per_epoch=100, epochs=20, validation_data=val_gen)
plt.plot(history.history['acc'])
