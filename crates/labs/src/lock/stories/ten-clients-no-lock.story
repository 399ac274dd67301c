story ten-clients-no-lock
title
  en: Ten clients, no lock
  zh: 十个客户端，没有锁
run lock:none;r1;s1;clients=10;increments=100

step
  until n1.acknowledged >= 3
  spot n1
  en: Ten clients add one, a hundred times each. Each reads the counter, works a little, and writes one more. Watch for the
    two numbers at n1: what the counter is, and what it should be.
  zh: 十个客户端各加一百次一。每次先读计数器，稍作处理，再写回加一后的值。注意看 n1 旁的两个数：实际值与应有值。
  ask
    en: A thousand increments will be acknowledged. What will the counter be?
    zh: 一共会确认一千次加一。计数器最后是多少？
    wrong
      en: About 990: now and then two meet
      zh: 约 990：偶尔才会撞上
      why
        en: They meet all the time: between each read and its write others read the same value.
        zh: 撞上是常态：每次读和写之间，都有别人读到同一个值。
    right
      en: Less than half
      zh: 不到一半
      why
        en: Ten read the same value, and ten write the same value. Most of them are lost.
        zh: 十个客户端读到同一个值，又写回同一个值，大部分都丢了。
    wrong
      en: More than a thousand
      zh: 超过一千
      why
        en: Everyone writes one more than what it has read: it never runs ahead.
        zh: 每次只写读到的值加一，不会超前。

step
  until n1.acknowledged = 1000
  claim n1.counter < 500
  claim broken no-lost-increment
  spot n1
  en: All have had their acknowledgement. Only a small part of it is in the counter.
  zh: 所有客户端都收到了确认，计数器里却只有一小部分。
