from keras.layers import Input, Dense, merge, Convolution1D, GlobalMaxPooling1D, Dropout, Embedding
from keras.models import Model
from keras import backend as K

question = Input(shape=(30,), dtype='int32', name='question')
answer = Input(shape=(40,), dtype='int32', name='answer')
embedding = Embedding(5000, 32, name='words')
convolutions = [Convolution1D(16, k, border_mode='same', activation='relu', name='conv%d' % k) for k in (2, 3)]
q = merge([GlobalMaxPooling1D(name='q%d' % i)(c(embedding(question))) for i, c in enumerate(convolutions)],
          mode='concat', concat_axis=-1, name='q')
a = merge([GlobalMaxPooling1D(name='a%d' % i)(c(embedding(answer))) for i, c in enumerate(convolutions)],
          mode='concat', name='a')
total = merge([q, a], mode='sum', name='total')
product = merge([q, a], mode='mul', name='product')
mean = merge([q, a], mode='ave', name='mean')
similarity = merge([q, a], mode='dot', dot_axes=1, name='similarity')
x = merge([total, product, mean, similarity], mode='concat', name='everything')
x = Dropout(0.25, name='drop')(x)
model = Model(input=[question, answer], output=Dense(1, activation='sigmoid', name='match')(x), name='qa')
model.compile(loss='binary_crossentropy', optimizer='adam')
