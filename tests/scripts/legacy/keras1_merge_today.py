from keras.layers import Input, Dense, Conv1D, GlobalMaxPooling1D, Dropout, Embedding
from keras.layers import add, average, concatenate, dot, multiply
from keras.models import Model

question = Input(shape=(30,), dtype='int32', name='question')
answer = Input(shape=(40,), dtype='int32', name='answer')
embedding = Embedding(5000, 32, name='words')
convolutions = [Conv1D(16, k, padding='same', activation='relu', name='conv%d' % k) for k in (2, 3)]
q = concatenate([GlobalMaxPooling1D(name='q%d' % i)(c(embedding(question))) for i, c in enumerate(convolutions)],
                axis=-1, name='q')
a = concatenate([GlobalMaxPooling1D(name='a%d' % i)(c(embedding(answer))) for i, c in enumerate(convolutions)],
                name='a')
total = add([q, a], name='total')
product = multiply([q, a], name='product')
mean = average([q, a], name='mean')
similarity = dot([q, a], axes=1, name='similarity')
x = concatenate([total, product, mean, similarity], name='everything')
x = Dropout(0.25, name='drop')(x)
model = Model(inputs=[question, answer], outputs=Dense(1, activation='sigmoid', name='match')(x), name='qa')
model.compile(loss='binary_crossentropy', optimizer='adam')
